/** The part of Swagger UI that the plugin uses. */
interface SwaggerUi {
  getConfigs(): { isOpen?: boolean };
  authSelectors: { authorized(): { getIn(path: string[]): unknown } | undefined };
  specActions: { updateJsonSpec(document: object): void };
}

type Action = (payload: unknown) => unknown;

/**
 * A plugin of Swagger UI that shows the document of the key that the user has entered, and without a key that of a
 * server that needs none. It runs in the browser, so it refers to nothing outside itself.
 */
export function showOwnDocument(ui: SwaggerUi): object {
  let latest = 0;

  async function show(): Promise<void> {
    const number = ++latest;
    const key = ui.authSelectors.authorized()?.getIn(['bearer', 'value']);
    const url = `${location.pathname.replace(/\/(?:index\.html)?$/, '')}/tenant.json`;
    const response = await fetch(url, { headers: typeof key === 'string' ? { authorization: `Bearer ${key}` } : {} });
    // A key that the server does not accept changes nothing: the operations themselves report it.
    if (response.ok && number === latest) ui.specActions.updateJsonSpec((await response.json()) as object);
  }

  const thenShow =
    (action: Action): Action =>
    (payload) => {
      const result = action(payload);
      void show();
      return result;
    };

  return {
    afterLoad: () => void setTimeout(() => void (ui.getConfigs().isOpen && show()), 0),
    statePlugins: {
      auth: { wrapActions: { authorize: thenShow, logout: thenShow, restoreAuthorization: thenShow } },
    },
  };
}
