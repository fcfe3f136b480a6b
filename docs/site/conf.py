"""The site of docs/, by Sphinx: `poe site` builds it to build/site, and fails on a broken link or anchor."""

import capplan

project = "capplan"
version = release = capplan.__version__
extensions = ["myst_parser"]
root_doc = "index"
exclude_patterns = ["site"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = f"capplan {release}"
html_copy_source = False
html_show_sphinx = False
highlight_language = "text"
suppress_warnings = ["misc.highlighting_failure"]  # a cron expression in { } is YAML; its lexer does not know
