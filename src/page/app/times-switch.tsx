/**
 * The switch between seconds since the first packet and UTC.
 */
import { useModel } from './context.js';
import { remember } from './remembered.js';
import { TIMES, TIMES_KEY, type Times } from './times.js';

const TITLES: Readonly<Record<Times, string>> = {
  relative: 'Seconds',
  clock: 'UTC time',
  utc: 'UTC date',
};

export function TimesSwitch() {
  const { times } = useModel();
  return (
    <select
      class="times"
      aria-label="Times"
      title="Times: seconds since the first packet, or UTC"
      value={times.value}
      onChange={(event) => {
        times.value = event.currentTarget.value as Times;
        remember(TIMES_KEY, times.value);
      }}
    >
      {TIMES.map((one) => (
        <option key={one} value={one}>
          {TITLES[one]}
        </option>
      ))}
    </select>
  );
}
