/** Haven's logo, for pages that contain it. */
export const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32">' +
  '<rect width="32" height="32" rx="7" fill="#0f766e"/>' +
  '<path d="M9 7v18M23 7v18M9 16h14" stroke="#fff" stroke-width="4" stroke-linecap="round"/></svg>';

/** The logo as a URL that contains it: the icon of all pages. */
export const ICON = `data:image/svg+xml,${encodeURIComponent(LOGO)}`;
