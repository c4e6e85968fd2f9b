// [data-countdown] is a number of seconds that counts down to 0.
setInterval(() => {
  for (const seconds of document.querySelectorAll("[data-countdown]")) seconds.textContent = String(Math.max(Number(seconds.textContent) - 1, 0));
}, 1000);
