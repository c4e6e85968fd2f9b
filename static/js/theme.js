// Runs before the first paint: the theme that the person chose, and the mark that script is there.
(function () {
  var root = document.documentElement;
  root.dataset.js = "";
  try {
    var kept = localStorage.getItem("theme");
    if (kept === "light" || kept === "dark") root.dataset.theme = kept;
  } catch (refused) {
    // Without storage the system's theme stands.
  }
})();
