// Script of the App's pages.
import { ready } from "../ready.js";
import * as people from "./people.js";
import "./calendar.js";

ready(people.start);
