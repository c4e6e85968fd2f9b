// What the server says to this page: which session it is, who looks, and how to send.
export const root = document.getElementById("stage");
export const session = JSON.parse(root.dataset.session);

// Addresses below the session's own.
export const at = (path) => `${session.at}/${path}`;
