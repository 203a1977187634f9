import { ActionIcon, Button, Group, Slider, Text, TextInput } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';

import { localTime, POSITIONS, positionOf, readTime, timeAfter, timeAt, timeBefore } from './time-scale.js';
import { Time } from './time.js';

const FORMAT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/**
 * Chooses a time between `from` and now, for reads as of that time. `onChange` gets null for now. It is called when the
 * user releases the slider, not while it moves. `marks` are times that are of interest, such as those of changes.
 */
export function TimeSlider({
  from,
  value,
  onChange,
  marks = [],
}: {
  from: string;
  value: string | null;
  onChange(at: string | null): void;
  marks?: readonly string[];
}): ReactNode {
  const start = Date.parse(from);
  const end = useMemo(() => Math.max(Date.now(), start + 1), [start, value]); // a later now whenever the time is chosen
  const [moving, setMoving] = useState<number | null>(null);
  const [typed, setTyped] = useState(localTime(value));
  useEffect(() => setTyped(localTime(value)), [value]);
  const label = (position: number): string => {
    const at = timeAt(position, start, end);
    return at === null ? 'Now' : FORMAT.format(new Date(at));
  };
  const choose = (text: string): void => {
    const time = readTime(text);
    if (time !== undefined) onChange(Date.parse(time) >= Date.now() ? null : time);
  };
  return (
    <Group gap="md" align="center" role="group" aria-label="Time">
      <Slider
        flex="1 1 14rem"
        miw="10rem"
        mx="sm"
        max={POSITIONS}
        value={moving ?? positionOf(value, start, end)}
        onChange={setMoving}
        onChangeEnd={(position) => {
          setMoving(null);
          onChange(timeAt(position, start, end));
        }}
        label={label}
        thumbLabel="Show the data as it was at"
        thumbValueText={label}
        thumbSize={24}
        marks={marks.map((time) => ({ value: positionOf(time, start, end) }))}
      />
      {marks.length > 0 && <MarkButtons value={value} marks={marks} onChange={onChange} />}
      <TextInput
        type="datetime-local"
        step="0.001"
        aria-label="Time to show"
        size="xs"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={() => choose(typed)}
        onKeyDown={(event) => event.key === 'Enter' && choose(typed)}
      />
      <Button size="xs" variant={value === null ? 'default' : 'filled'} onClick={() => onChange(null)}>
        Now
      </Button>
      <Text size="sm" w="100%" c={value === null ? 'dimmed' : undefined} role="status">
        {value === null ? (
          'The data as it is now.'
        ) : (
          <>
            As it was at <Time at={value} />.
          </>
        )}
      </Text>
    </Group>
  );
}

/** Goes to the change before the time that is shown, and to the one after it. */
function MarkButtons({
  value,
  marks,
  onChange,
}: {
  value: string | null;
  marks: readonly string[];
  onChange(at: string | null): void;
}): ReactNode {
  const before = timeBefore(value, marks);
  return (
    <Group gap={4}>
      <ActionIcon
        variant="default"
        size="md"
        aria-label="Previous version"
        disabled={before === undefined}
        onClick={() => before !== undefined && onChange(before)}
      >
        <IconChevronLeft size={16} />
      </ActionIcon>
      <ActionIcon
        variant="default"
        size="md"
        aria-label="Next version"
        disabled={value === null}
        onClick={() => onChange(timeAfter(value, marks))}
      >
        <IconChevronRight size={16} />
      </ActionIcon>
    </Group>
  );
}
