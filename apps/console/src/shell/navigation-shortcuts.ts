import { useEffect, useEffectEvent, useRef } from 'react';
import { useLocation } from 'wouter';

import { hasModifier, isTyping } from '../ui/shortcuts.js';
import type { NavigationItem } from './navigation.js';

/** Opens a view when the user presses `g` and then the key of the view. */
export function useNavigationShortcuts(items: readonly NavigationItem[]): void {
  const [, navigate] = useLocation();
  const isAfterG = useRef(false);
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (isTyping(event) || hasModifier(event)) return;
    const item = isAfterG.current ? items.find(({ key }) => key === event.key) : undefined;
    isAfterG.current = event.key === 'g';
    if (!item) return;
    event.preventDefault();
    navigate(item.path);
  });
  useEffect(() => {
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}
