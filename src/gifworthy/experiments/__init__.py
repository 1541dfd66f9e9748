"""Who saw which cover, and which was better: assignment, counting, and statistics that may be peeked at.

Read in this order: `assignment`, `robots`, `counting` (events become rows), `ratios` (rows become a lift and
its error), `sequences` (the error becomes an interval that holds at every look), `mismatch`, `verdict`,
`report`. Beside them: `planner`, `thompson`, `offpolicy`, `selftest`, `clicks`. Nothing here knows HTTP.
"""
