"""From a checked scenario to its priced demand, one stage per file, without the name of a service or a section."""
