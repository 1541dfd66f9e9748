// For other people's pages: a still that moves when it is pointed at or well in view, and never for those
// who asked for less motion. It stops after five seconds, as nobody may be made to look at what never ends.

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const LONGEST = 5000;

function prepare(place) {
  const picture = place.querySelector("img");
  const still = picture.src;
  let timer = 0;
  const stop = () => { clearTimeout(timer); picture.src = still; };
  const move = () => {
    if (calm.matches) return;
    picture.src = place.dataset.moving;
    clearTimeout(timer);
    timer = setTimeout(stop, LONGEST);
  };
  place.addEventListener("pointerenter", move);
  place.addEventListener("pointerleave", stop);
  if (matchMedia("(hover: none)").matches) {
    new IntersectionObserver(([seen]) => (seen.isIntersecting ? move() : stop()), { threshold: 0.8 }).observe(place);
  }
}

document.querySelectorAll("picture.gifworthy").forEach(prepare);
