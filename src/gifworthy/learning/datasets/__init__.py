"""What have people said? Each part on this shelf reads one layout that labels are kept in."""

from gifworthy.learning.datasets.facts import Dataset, Fact
from gifworthy.registry import Registry

DATASETS: Registry[type[Dataset]] = Registry(
    "dataset",
    {
        "video2gif": "gifworthy.learning.datasets.video2gif:Video2Gif",
        "phd2": "gifworthy.learning.datasets.phd2:Phd2",
        "gif-thumbnails": "gifworthy.learning.datasets.gif_thumbnails:GifThumbnails",
        "youtube-highlights": "gifworthy.learning.datasets.youtube_highlights:YouTubeHighlights",
        "tvsum": "gifworthy.learning.datasets.tvsum:TvSum",
        "summe": "gifworthy.learning.datasets.summe:SumMe",
        "cosum": "gifworthy.learning.datasets.cosum:CoSum",
        "yahoo-thumbnails": "gifworthy.learning.datasets.yahoo_thumbnails:YahooThumbnails",
        "qvhighlights": "gifworthy.learning.datasets.qvhighlights:QvHighlights",
        "ratings": "gifworthy.learning.datasets.ratings:Ratings",
        "frames": "gifworthy.learning.datasets.frames:FrameScores",
        "fixations": "gifworthy.learning.datasets.fixations:Fixations",
        "pairs": "gifworthy.learning.datasets.pairs:Pairs",
        "stories": "gifworthy.learning.datasets.stories:Stories",
        "clicks": "gifworthy.learning.datasets.clicks:Clicks",
    },
)

__all__ = ["DATASETS", "Dataset", "Fact"]
