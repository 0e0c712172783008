/** The part that every page shares: HTMX, Alpine, and the behaviour of menus, dialogs, toasts, lists and the palette. */
import "./htmx";
import "./toasts";
import "./menus";
import "./dialogs";
import "./forms";
import "./palette";
import "./shortcuts";
import "./live";
import "./mail";
import "./bootstrap";
import "./elements/copy-button";
import "./elements/drop-zone";
import "./elements/relative-time";
import "./elements/row-selection";
import "./elements/time-zone-guess";

import Alpine from "@alpinejs/csp";

Alpine.start();
