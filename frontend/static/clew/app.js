/* What every page does: theme, the keys of the bar, a safe sign-out. Pages work without it. */
import "./theme.js";
import "./forms.js";
import "./keys.js";
import "./signout.js";
