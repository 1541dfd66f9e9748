"""GIF, written our own way: a pixel that barely changed stays as it is, palettes follow the shot.

visibility   how much an error in each pixel is seen
stretches    each pixel's colours through time, as few as rate and distortion ask for
palette      the colours of some pictures
pictures     what is drawn on the screen, frame by frame
container    the file
"""

from gifworthy.encoders.gif.encoder import Gif

__all__ = ["Gif"]
