"""The same six charts in Dash: three lines of 24 months each, in the peers' environment."""

import random

import dash
import plotly.graph_objects as go

MONTHS = [f"{2022 + at // 12}-{at % 12 + 1:02}" for at in range(24)]
LINES = ("Year to date", "Year before", "London")
made_up = random.Random(1)  # noqa: S311


def chart() -> go.Figure:
    return go.Figure(
        [go.Scatter(x=MONTHS, y=[made_up.randint(80, 160) for _ in MONTHS], name=n) for n in LINES]
    )


app = dash.Dash(__name__)
app.layout = dash.html.Div([dash.html.H1("Six charts"), *(dash.dcc.Graph(figure=chart()) for _ in range(6))])
application = app.server
