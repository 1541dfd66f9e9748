"""Draws tiny data sets in each layout that labels are kept in: two or three videos, numbers for the head."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

FPS = 25.0


def phd2(folder: Path) -> Path:
    """Ann made GIFs of three videos, Bo of two; the last of each is the target."""
    _write(
        folder / "testing.csv",
        """
        youtubeId,start,duration,user_id,video_duration,is_last
        one,0.0,5.0,ann,60.0,False
        two,20.0,4.0,ann,40.0,False
        three,10.0,5.0,ann,50.0,True
        three,30.0,5.0,ann,50.0,True
        one,30.0,3.0,bo,-1.0,False
        four,0.0,10.0,bo,100.0,True
        """,
    )
    return folder


def video2gif(folder: Path) -> Path:
    """Two GIFs of one test video, one of a training video; 10 frames a second."""
    heading = (
        "youtube_id gif_id gif_start_frame gif_end_frame gif_views video_duration"
        " video_frame_count video_category"
    )
    rows = [
        "a g1 0 50 10 30 300 Sports",
        "a g2 100 150 20 30 300 Sports",
        "b g3 20 80 5 20 200 Music",
    ]
    lines = [line.replace(" ", ";\t") for line in (heading, *rows)]
    (folder / "metadata.txt").write_text("\n".join(lines) + "\n")
    (folder / "testset.txt").write_text("a\n")
    (folder / "video_tags.txt").write_text("youtube_id;\ttags\na;\tball; goal\nb;\tsong\n")
    return folder


def gif_thumbnails(folder: Path) -> Path:
    """One video of 20 s with two GIFs of three seconds each."""
    gifs = {"x.gif": [2.0, 10.0, 5.0], "y.gif": [2.0, 3.0, 12.0]}
    video = {"gifs": gifs, "fps": FPS, "frames": 500, "width": 640, "height": 360}
    (folder / "annotated_data.json").write_text(json.dumps({"v1": video}))
    (folder / "annotated_dm_count.json").write_text(json.dumps({"v1": list(range(20))}))
    return folder


def youtube_highlights(folder: Path) -> Path:
    """One video of UMT's validation list, in the published folders."""
    place = folder / "dog" / "a2nj7XCo2Rk"
    place.mkdir(parents=True)
    clips = [[0.0, 90.0], [45.0, 135.0], [90.0, 180.0]]
    (place / "clip.json").write_text(json.dumps(clips))
    (place / "match_label.json").write_text(json.dumps([clips, [-1, 0, 1]]))
    (place / "mturk_label.json").write_text(json.dumps([clips, [0.0, 0.5, 2.0]]))
    return folder


def tvsum(folder: Path) -> Path:
    """A validation video and another, 10 s each, 20 raters; every rater likes one shot best."""
    import h5py

    with h5py.File(folder / "ydata-tvsum50.mat", "w") as file:
        columns: dict[str, list[np.ndarray]] = {
            "video": [_codes("sTEELN-vY30"), _codes("other")],
            "category": [_codes("VU"), _codes("VU")],
            "length": [np.array([[10.0]]), np.array([[10.0]])],
            "user_anno": [_grades(3), _grades(1)],
        }
        table, stored = file.create_group("tvsum50"), file.create_group("#refs#")
        for name, cells in columns.items():
            column = table.create_dataset(name, (len(cells), 1), dtype=h5py.ref_dtype)
            for index, cell in enumerate(cells):
                column[index, 0] = stored.create_dataset(f"{name}{index}", data=cell).ref
    return folder


def summe(folder: Path) -> Path:
    """One video of 10 s, 15 raters: a third of them keep its end, the others its start."""
    from scipy.io import savemat

    (folder / "GT").mkdir()
    chosen = np.zeros((250, 15))
    chosen[:50, 5:] = 1
    chosen[200:, :5] = 2
    savemat(folder / "GT" / "Jumps.mat", {"user_score": chosen, "FPS": FPS})
    return folder


def cosum(folder: Path) -> Path:
    """One video of four shots, three judges; all like the second, one the fourth too."""
    from scipy.io import savemat

    topic = "01_base_jump"
    (folder / "shots" / topic).mkdir(parents=True)
    (folder / "annotation" / topic).mkdir(parents=True)
    (folder / "shots" / topic / "base1_shots.txt").write_text("1\n61\n121\n181\n241\n")
    for judge, shots in (("kk", [[2, 1]]), ("vv", [[2, 1]]), ("dualplus", [[2, 1], [4, 1]])):
        savemat(folder / "annotation" / topic / f"1__{judge}.mat", {"anno": np.array(shots)})
    return folder


def yahoo_thumbnails(folder: Path) -> Path:
    """One video of 10 s; the cover is frame 100, its ten neighbours look like it."""
    video = {"uuid": "u1", "duration": 10, "thumbnail_frame_index": 100, "category": "Food"}
    (folder / "yahoo_thumbnail_cikm2016.json").write_text(json.dumps([video]))
    distance = np.full(250, 0.2, np.float32)
    distance[95:105] = 0.001
    np.savez(folder / "yahoo_thumbnail_siftflow_dist.npz", u1=distance)
    return folder


def qvhighlights(folder: Path) -> Path:
    """One query on a video of 20 s: of its ten clips two are relevant, the second one very good."""
    query = {
        "qid": 7,
        "query": "A dog runs.",
        "vid": "clip_0_20",
        "duration": 20,
        "relevant_clip_ids": [3, 4],
        "saliency_scores": [[2, 2, 3], [4, 4, 4]],
    }
    (folder / "highlight_val_release.jsonl").write_text(json.dumps(query) + "\n")
    return folder


def ratings(folder: Path) -> Path:
    """Two raters agree on the best of four spans; only one finds the last one bad."""
    _write(
        folder / "ratings.csv",
        """
        video,start,end,rating,rater,duration
        v,0,3,average,r1,20
        v,5,8,good,r1,20
        v,10,13,average,r1,20
        v,15,18,bad,r1,20
        v,0,3,average,r2,20
        v,5,8,good,r2,20
        v,10,13,bad,r2,20
        v,15,18,average,r2,20
        """,
    )
    return folder


def frames(folder: Path) -> Path:
    """Two raters, a score a second for six seconds."""
    rows = ["video,second,score,rater,duration"]
    for rater, scores in (("r1", "001110"), ("r2", "000111")):
        rows += [f"shop,{second},{score},{rater},6" for second, score in enumerate(scores)]
    (folder / "frames.csv").write_text("\n".join(rows) + "\n")
    return folder


def pairs(folder: Path) -> Path:
    """Two GIFs of one video, and one that comes from none."""
    _write(
        folder / "pairs.csv",
        """
        gif,video,start,end,duration,sure
        a.gif,film.mp4,5.0,8.0,60,0.9
        b.gif,film.mp4,40.0,44.0,60,0.8
        c.gif,,,,,
        """,
    )
    return folder


def clicks(folder: Path) -> Path:
    """Three covers of one video, one of them never shown."""
    rows = [
        {"video": "v", "start": 0, "end": 3, "shown": 100, "clicked": 1, "duration": 30},
        {"video": "v", "start": 6, "end": 9, "shown": 100, "clicked": 9, "duration": 30},
        {"video": "v", "start": 12, "end": 15, "shown": 0, "clicked": 0, "duration": 30},
    ]
    (folder / "clicks.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def stories(folder: Path) -> Path:
    """Ann and Bo accept two stories of one video; Bo alone rejects a third, and nobody else saw a fourth."""
    _write(
        folder / "stories.csv",
        """
        video,proposal,first,second,third,accept,rater,duration
        v1,1,2,10,5,1,ann,20.0
        v1,1,2,10,5,1,bo,20.0
        v1,2,2,3,12,1,ann,20.0
        v1,2,2,3,12,1,bo,20.0
        v1,3,4,8,12,1,ann,20.0
        v1,3,4,8,12,0,bo,20.0
        v1,4,1,8,12,1,ann,20.0
        """,
    )
    return folder


def fixations(folder: Path) -> Path:
    """Three seconds of one video: all look at one place, half of them, and everybody elsewhere."""
    rows = ["video,second,x,y,viewer"]
    for second, together in enumerate((8, 4, 1)):
        for viewer in range(8):
            x = 0.5 if viewer < together else 0.05 + 0.13 * viewer
            rows.append(f"v1,{second + 0.5},{x:.2f},{0.5 if viewer < together else 0.2},{viewer}")
    (folder / "points.csv").write_text("\n".join(rows) + "\n")
    return folder


LAYOUTS: dict[str, Callable[[Path], Path]] = {
    "video2gif": video2gif,
    "phd2": phd2,
    "gif-thumbnails": gif_thumbnails,
    "youtube-highlights": youtube_highlights,
    "tvsum": tvsum,
    "summe": summe,
    "cosum": cosum,
    "yahoo-thumbnails": yahoo_thumbnails,
    "qvhighlights": qvhighlights,
    "ratings": ratings,
    "frames": frames,
    "pairs": pairs,
    "clicks": clicks,
    "stories": stories,
    "fixations": fixations,
}


def _write(path: Path, text: str) -> None:
    path.write_text("\n".join(line.strip() for line in text.strip().splitlines()) + "\n")


def _codes(text: str) -> np.ndarray:
    return np.array([[ord(letter)] for letter in text], dtype=np.uint16)


def _grades(best: int) -> np.ndarray:
    """20 raters, 250 frames: grade 5 in the two seconds number `best`, else 1; as MATLAB stores it."""
    grades = np.ones((20, 250))
    grades[:, best * 50 + 1 : best * 50 + 51] = 5
    return grades
