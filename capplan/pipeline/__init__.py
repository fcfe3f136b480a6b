"""From a checked scenario to its priced demand, one stage a file; no service or section is named here."""
