const only = (from, to) => ({ from: { path: from }, to });
module.exports = {
  forbidden: [
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "domain-is-pure",
      severity: "error",
      ...only("^src/domain", { pathNot: ["^src/domain", "node_modules/zod", "^(node:)?crypto$"] }),
    },
    {
      name: "application-imports-domain-only",
      severity: "error",
      ...only("^src/application", { path: "^(src|projections)/", pathNot: ["^src/(application|domain)/"] }),
    },
    {
      name: "projections-import-domain-and-their-type",
      severity: "error",
      ...only("^projections", {
        path: "^(src|test)/",
        pathNot: ["^src/domain/", "^src/readmodel/projection"],
      }),
    },
    {
      name: "infrastructure",
      severity: "error",
      ...only("^src/infrastructure", {
        path: "^(src|projections)/",
        pathNot: ["^src/(infrastructure|application|domain)/"],
      }),
    },
    {
      name: "readmodel",
      severity: "error",
      ...only("^src/readmodel", { path: "^src/", pathNot: ["^src/(readmodel|application|domain)/"] }),
    },
    {
      name: "cli",
      severity: "error",
      ...only("^src/cli/", {
        path: "^(src|projections)/",
        pathNot: ["^src/(cli|application)/", "^src/config"],
      }),
    },
    {
      name: "client-stands-alone",
      severity: "error",
      ...only("^src/client/", { path: "^(src|projections)/", pathNot: ["^src/client/"] }),
    },
    {
      name: "sandbox",
      severity: "error",
      ...only("^src/sandbox", {
        path: "^(src|projections)/",
        pathNot: ["^src/(sandbox|application|domain)/"],
      }),
    },
    {
      name: "nobody-imports-the-door",
      severity: "error",
      from: { pathNot: "^test/" },
      to: { path: "^src/main" },
    },
    {
      name: "only-composition-knows-tsyringe",
      severity: "error",
      from: { pathNot: "^src/composition\\.ts$" },
      to: { path: "node_modules/(tsyringe|reflect-metadata)" },
    },
    {
      name: "source-never-imports-tests",
      severity: "error",
      from: { path: "^(src|projections)" },
      to: { path: "^test/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".js"],
    },
  },
};
