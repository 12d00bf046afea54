// Where the page begins: with the reader, which takes a while to start. The rest loads meanwhile.

import { startThread } from "../read/thread.ts";
import "../look/app.css";

startThread();
void import("./app.tsx").then(({ startApp }) => startApp());
