// @ts-check
// The server's clock in the browser. Only the monotonic clock is used, so a wrong or changed local clock does not matter.

const root = document.documentElement;
const navigation = /** @type {PerformanceNavigationTiming | undefined} */ (performance.getEntriesByType("navigation")[0]);
let server = Date.parse(root.dataset.now ?? "") || Date.now();
let local = navigation?.responseStart ?? 0;
let wall = Date.now() - performance.now();

/** The server's time now, in milliseconds since 1970. */
export const serverNow = () => server + performance.now() - local;

/** Asks the server again: the monotonic clock may have stood still while the machine slept. */
async function resync() {
  const before = performance.now();
  const answer = await fetch(root.dataset.clock ?? "/", { cache: "no-store" }).catch(() => null);
  const stamp = Date.parse(answer?.headers.get("date") ?? "");
  if (!stamp) return;
  const middle = (before + performance.now()) / 2;
  const found = stamp + 500; // the header has whole seconds
  if (Math.abs(found - (server + middle - local)) > 1000) [server, local] = [found, middle];
  wall = Date.now() - performance.now();
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && Math.abs(Date.now() - performance.now() - wall) > 1500) resync();
});
addEventListener("pageshow", (event) => event.persisted && resync());
