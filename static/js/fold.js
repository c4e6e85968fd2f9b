// A notice that can be folded: the browser remembers it in a cookie, so that the server renders the next page the same way.
const year = 365 * 24 * 60 * 60;

document.addEventListener("click", ({ target }) => {
  const notice = target.closest("[data-fold] > summary")?.parentElement;
  if (!notice) return;
  const folds = notice.open; // it changes after the click
  document.cookie = `usher-folded-${notice.dataset.fold}=1; path=/; samesite=lax; max-age=${folds ? year : 0}`;
});
