// What the pages of the App have besides.
import { ready } from "../ready.js";
import * as people from "./people.js";
import "./calendar.js";

ready(people.start);
