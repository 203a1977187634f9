import { testSwaggerUi } from '../support/swagger-ui.js';

testSwaggerUi('some');
