"""On-demand backups, restores, exports to S3 and imports from it."""
