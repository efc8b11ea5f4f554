/** What came back over HTTP; a body is JSON, or nothing. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export const answered = async (asking: Promise<Response>): Promise<Answered> => {
  const response = await asking;
  const text = await response.text();
  const body = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  return { status: response.status, headers: response.headers, body };
};
