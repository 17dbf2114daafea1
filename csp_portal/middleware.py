"""Nothing that was made for a signed-in person may be kept by a cache or a shared computer."""


def no_store_for_people(get_response):
    def middleware(request):
        response = get_response(request)
        # A page that never asked for the session is the same for everybody and may be cached.
        if request.session.accessed and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware
