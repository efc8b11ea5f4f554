import { z } from "zod";
import { installationStatus, readModelStatus } from "../../application/read-side/installation.js";
import { nothing } from "../parts.js";
import { type Route, route } from "../route.js";

export const installationRoutes: readonly Route[] = [
  route({
    id: "getStatus",
    path: "/status",
    tag: "installation",
    summary: "What is going on, and what it waits for; what a node shows is null while none answers",
    access: "viewer",
    params: nothing,
    query: nothing,
    result: installationStatus,
    answer: async ({ inspect }) => ({ value: await inspect.status() }),
  }),
  route({
    id: "listProjections",
    path: "/projections",
    tag: "installation",
    summary: "Where each read model stands in the log",
    access: "viewer",
    params: nothing,
    query: nothing,
    result: z.object({ projections: z.array(readModelStatus).readonly() }),
    answer: async ({ inspect }) => ({ value: { projections: await inspect.readModels() } }),
  }),
];
