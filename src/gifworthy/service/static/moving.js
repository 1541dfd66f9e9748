// A still that moves: when it is pointed at, when it has the focus, or when it is well in view on a screen
// without a pointer. Never for who asked for less motion, and what moves by itself stops after five seconds.

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const LONGEST = 5000;

// place: what is pointed at. picture: its <img> with the still. film: the address of what moves.
// inView: whether it moves when it is seen. played: hears when it has begun to move.
export function letMove(place, picture, film, { inView = matchMedia("(hover: none)").matches, played = () => {} } = {}) {
  const still = picture.src;
  const filmed = /\.(mp4|webm)$/.test(new URL(film, location.href).pathname);
  let timer = 0;
  let moving = null;

  const stop = () => {
    clearTimeout(timer);
    if (!moving) return;
    if (filmed) moving.replaceWith(picture);
    else picture.src = still;
    moving = null;
  };
  const move = (longest) => {
    clearTimeout(timer);
    if (calm.matches) return;
    if (longest) timer = setTimeout(stop, longest);
    if (moving) return;
    moving = filmed ? videoLike(picture, film, still) : picture;
    moving.addEventListener(filmed ? "playing" : "load", () => played(moving ?? picture), { once: true });
    if (filmed) picture.replaceWith(moving);
    else picture.src = film;
  };
  const pointed = place.closest("a, button") ?? place;
  pointed.addEventListener("pointerenter", (event) => { if (event.pointerType !== "touch") move(0); });
  pointed.addEventListener("pointerleave", stop);
  pointed.addEventListener("focus", () => move(0));
  pointed.addEventListener("blur", stop);
  calm.addEventListener("change", () => { if (calm.matches) stop(); });
  if (inView) {
    const seen = ([entry]) => (entry.isIntersecting ? move(LONGEST) : stop());
    new IntersectionObserver(seen, { threshold: 0.8 }).observe(place);
  }
}

function videoLike(picture, film, still) {
  const video = document.createElement("video");
  const { width, height } = picture.getBoundingClientRect();
  Object.assign(video, { src: film, poster: still, muted: true, loop: true, autoplay: true, playsInline: true });
  Object.assign(video.style, { width: `${width}px`, height: `${height}px`, objectFit: "cover", display: "block" });
  video.className = picture.className;
  video.setAttribute("aria-label", picture.alt);
  return video;
}
