// Every text, control and chart of the web app stands out from what is behind it, by the pixels of the screen of a desktop.

import { suite } from "uvu";
import { contrastTour } from "../support/contrast_tour.ts";
import { WebApp } from "../support/web_app.ts";

const test = suite("contrast on a desktop");

const app = WebApp.for(test);

test("light and dark: texts 4.5 : 1, large texts, controls and charts 3 : 1", async () => {
  const total = await contrastTour(app, {});
  console.log(`measured: contrast of ${total} texts, controls and marks on a desktop`);
});

test.run();
