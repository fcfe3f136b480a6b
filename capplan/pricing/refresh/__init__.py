"""Renews the price files from AWS's official bulk offer files."""
