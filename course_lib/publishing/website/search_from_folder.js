// A result's first lines are read from its page, which no browser allows where a folder is read and not a server.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
