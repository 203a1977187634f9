import type { ChangeEvent, ReactNode } from 'react';

/** A checkbox of the grid: the one of the browser, because dozens are rendered while the user scrolls. */
export function SelectBox({
  label,
  isChecked,
  isMixed = false,
  tabIndex,
  onChange,
}: {
  label: string;
  isChecked: boolean;
  /** Whether the box stands for several rows, of which only some are selected. */
  isMixed?: boolean;
  tabIndex?: 0 | -1;
  onChange(event: ChangeEvent<HTMLInputElement>): void;
}): ReactNode {
  return (
    <input
      ref={(box) => {
        if (box) box.indeterminate = isMixed;
      }}
      type="checkbox"
      className="grid-select"
      aria-label={label}
      tabIndex={tabIndex}
      checked={isChecked}
      onChange={onChange}
    />
  );
}
