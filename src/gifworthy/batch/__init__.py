"""The same cover maker over a whole catalogue, on the cores of one machine or on a cluster.

Read in this order:
    orders.py     what is made of every video; one item of work; what came of it
    keys.py       how outputs are named: by content, plan, weights, style
    sources.py    folders, globs, lists, tables, addresses -> videos
    stamps.py     how a finished video is recognised without reading it
    storage.py    a folder or a bucket: files appear whole or not at all
    analysis.py   what is kept of a video so that it need not be scanned again
    working.py    one video -> one row: the same code under every engine
    child.py      the process that does it, which may hang, crash or swell
    watch.py      what that process costs, seen from outside
    pool.py       as many children as there are cores
    table.py      rows -> Parquet
    ledger.py     rows are entered once and never lost
    known.py      which videos are finished
    running.py    the loop: what to do next, what came back, when to stop

A door: beside the command line, the only place that knows of clusters.
"""
