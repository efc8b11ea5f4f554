// The API for programs: what is asked and answered has the types of the document that the server serves.
import createClient, { type Client } from "openapi-fetch";
import { type paths } from "./schema.js";

/** `baseUrl`: such as https://pay.example/api/v1. `token`: looked for at each request; undefined: nobody asks. */
export const tapsClient = (baseUrl: string, token: () => string | undefined): Client<paths> => {
  const client = createClient<paths>({ baseUrl });
  client.use({
    onRequest: ({ request }) => {
      const bearer = token();
      if (bearer !== undefined) request.headers.set("authorization", `Bearer ${bearer}`);
      return request;
    },
  });
  return client;
};
