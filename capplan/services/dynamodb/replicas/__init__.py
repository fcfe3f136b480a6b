"""The replicas of a global table: what reaches each Region, what is billed there, what conflicts."""
