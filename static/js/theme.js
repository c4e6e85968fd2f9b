// Runs before the first paint: applies the stored theme and marks that script is available.
(function () {
  var root = document.documentElement;
  root.dataset.js = "";
  try {
    var stored = localStorage.getItem("theme");
    if (stored === "light" || stored === "dark") root.dataset.theme = stored;
  } catch (refused) {
    // Without storage, the system theme applies.
  }
})();
