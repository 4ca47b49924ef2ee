// The theme asks localStorage for light or dark and finds nothing on a first visit: it complains on the console and
// shows light for a moment. This script, which runs before it, answers with what the reader's system prefers.
document.documentElement.dataset.mode ||= "auto";
document.documentElement.dataset.theme ||= matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
