"""Each form of a bill, and how a row of it is read: told by its columns.

To add one: a module with `told(columns)`, and a class with the columns it reads and a call that makes a BillRow of their
cells; then its name in `SHAPES` of `capplan/commands/reconcile/bill.py`.
"""
