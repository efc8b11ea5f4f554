// Pages for people: what can be asked, and what each problem means. They need nothing from anywhere else.
import { type ProblemType, PROBLEMS } from "./problem.js";
import { type Route } from "./route.js";

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const text = (raw: string): string => raw.replace(/[&<>"]/g, (symbol) => ENTITIES[symbol] ?? symbol);

const STYLE =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}" +
  "code{font-family:ui-monospace,monospace}table{border-collapse:collapse}td,th{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top}";

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${text(title)}</title>` +
  `<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head>` +
  `<body><h1>${text(title)}</h1>${body}</body></html>`;

const rowOf = ({ id, method, path, summary, access, query }: Route): string => {
  const parts = Object.keys(query.shape).map((name) => `<code>${text(name)}</code>`);
  return (
    `<tr id="${text(id)}"><td><code>${method.toUpperCase()} ${text(path)}</code></td>` +
    `<td>${text(summary)}<br><small>${text(access)}${parts.length === 0 ? "" : `; ${parts.join(", ")}`}</small></td></tr>`
  );
};

const tableOf = (tag: string, routes: readonly Route[]): string =>
  `<h2>${text(tag)}</h2><table>${routes
    .filter((route) => route.tag === tag)
    .map(rowOf)
    .join("")}</table>`;

/** All routes, under `base`. */
export const docsPage = (routes: readonly Route[], base: string, version: string): string =>
  page(
    `TAPS ${version}: the API`,
    `<p>All paths begin with <code>${text(base)}</code>. Show a token: <code>Authorization: Bearer &lt;token&gt;</code>. ` +
      `Amounts are decimal strings of mutez, times are UTC. ` +
      `The whole description, for tools: <a href="/api/openapi.json">/api/openapi.json</a> (OpenAPI 3.1).</p>` +
      [...new Set(routes.map(({ tag }) => tag))].map((tag) => tableOf(tag, routes)).join("") +
      `<h2>problems</h2><ul>${(Object.keys(PROBLEMS) as ProblemType[])
        .map((type) => `<li><a href="/api/problems/${type}">${type}</a></li>`)
        .join("")}</ul>`,
  );

/** What one type of problem means; undefined: there is none of this name. */
export const problemPage = (name: string): string | undefined => {
  const found = Object.entries(PROBLEMS).find(([type]) => type === name)?.[1];
  if (found === undefined) return undefined;
  return page(name, `<p>${text(found.title)}.</p><p>HTTP status ${found.status}. ${text(found.advice)}</p>`);
};
