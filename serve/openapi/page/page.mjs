// Draws the description of the API, light or dark as the reader's system is.

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

/** From swagger-ui.js. */
const { SwaggerUIBundle } = globalThis;

globalThis.ui = SwaggerUIBundle({
  url: "openapi.json",
  domNode: document.querySelector("#api"),
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  // Would ask another server.
  validatorUrl: null,
});
