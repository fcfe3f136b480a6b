"""Makes a scenario from files that a team already has: templates, plans, descriptions, measurements.

`given` opens the files, `formats` tells what each is and reads it into a `Found` (`model`), `combine` joins what several files
say and names it, `render` writes the scenario, `again` writes it onto one that a person has edited. docs/import.md is the
page for users; the docstring of `capplan.importing.formats` says how a format is added.
"""
