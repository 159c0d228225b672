/**
 * Runs `run` once for all who ask while another run is under way: each caller is answered by a run that began after it
 * asked, and never do two run at a time.
 */
export function batched<T>(run: () => Promise<T>): () => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  const begun = () => {
    next = undefined;
    return run();
  };
  return () => {
    if (next) return next;
    next = last.then(begun, begun);
    last = next;
    return next;
  };
}
