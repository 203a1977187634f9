import { createTheme } from '@mantine/core';

/** The button that closes a dialog shows only an icon, so it needs a name. */
const dialog = { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } };

/** The colours are dark enough for text on them (WCAG 2.2 AA). */
export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: 9,
  fontFamily: 'system-ui, sans-serif',
  fontFamilyMonospace: 'ui-monospace, monospace',
  cursorType: 'pointer',
  components: {
    Modal: dialog,
    Drawer: dialog,
    // The heading of a dialog is a `header`, which would be a second banner of the page.
    ModalHeader: { defaultProps: { role: 'presentation' } },
    DrawerHeader: { defaultProps: { role: 'presentation' } },
  },
});
