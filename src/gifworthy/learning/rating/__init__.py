"""Labels are made here: people look at pieces of videos and say how good they are.

Read in this order:
    schemes.py    what may be said: NetEase's three words, or PLD-VHD's second by second
    questions.py  which pieces of a video are shown
    answers.py    what was said, on disk at once, in the layout that `ratings` and `frames` are read from
    session.py    one folder of labels in the making, and what its raters say together
    agreement.py  how far raters agree
    clips.py      what a rater sees of a piece
    site.py       the local page (page.html): what it asks and is told
    server.py     its HTTP, for this machine alone
    sheets.py     the same without a browser: contact sheets, and a table to fill in
"""
