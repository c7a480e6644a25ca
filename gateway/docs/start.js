// One page for the documents of all services; the list at the top chooses.
SwaggerUIBundle({
  dom_id: "#docs",
  deepLinking: true,
  urls: ["attendance", "auth", "face", "reporter"].map((name) => ({
    name,
    url: `/openapi/${name}.json`,
  })),
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: "StandaloneLayout",
});
