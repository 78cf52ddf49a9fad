/** The static entry: a page served by the backend itself, without a Python session behind it. */
import "./shim";
import { mountBoard } from "./mount";

const place = document.getElementById("patchbay");
if (place) mountBoard(place, { apiBase: "", theme: "auto" });
