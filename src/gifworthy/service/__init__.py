"""The web door: a page to try gifworthy, an API to build on.

Read in this order:
    config.py     what one server is told when it starts
    storage.py    where videos, scans and covers lie
    requests.py   what may be asked of a cover, and the key that names it
    work.py       what a job does with a video, in a process of its own
    workers.py    who takes jobs from the queue
    app.py        the web application: its routes are in routes/
    serving.py    `gifworthy serve`: all of it started and stopped together
"""
