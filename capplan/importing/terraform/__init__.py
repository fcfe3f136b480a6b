"""Plans and states of Terraform, as `terraform show -json` writes them."""
