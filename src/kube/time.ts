/** RFC 3339 with six digits of a second, as the API server wants `MicroTime` to be. */
export function microTime(time: Date): string {
  return `${time.toISOString().slice(0, -1)}000Z`;
}
