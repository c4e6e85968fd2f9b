// The page's configuration from the server: the session, the local participant and how to publish.
export const root = document.getElementById("stage");
export const session = JSON.parse(root.dataset.session);

// URLs below the session's.
export const at = (path) => `${session.at}/${path}`;
